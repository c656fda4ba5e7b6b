import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

/** Where the platform listens while `vite` serves the sources: everything that is not a source goes there. */
const platform = process.env['BEACON_DEV_SERVER'] ?? 'http://127.0.0.1:3000';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [vue()],
  define: {
    // vue-i18n: composition API only, no devtools; messages are compiled without eval, so that the CSP needs no exception.
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __INTLIFY_JIT_COMPILATION__: true,
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
  },
  build: {
    outDir: fileURLToPath(new URL('../../dist/alert-ui/web', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // No data: URIs: fonts and images stay files, and the CSP stays 'self'.
    assetsInlineLimit: 0,
    sourcemap: false,
    reportCompressedSize: true,
    // How long each plugin took is nothing to someone who starts the demo; it looks like a fault.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: {
    proxy: { '/api': platform, '/healthz': platform, '/readyz': platform, '/socket.io': { target: platform, ws: true } },
  },
});
