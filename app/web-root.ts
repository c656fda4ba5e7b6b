import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder of the built web app, beside this program in dist/ or in dist/ seen from the sources; null when it was not built. */
export function webRoot(): string | null {
  for (const relative of ['../alert-ui/web', '../dist/alert-ui/web']) {
    const folder = fileURLToPath(new URL(relative, import.meta.url));
    if (existsSync(`${folder}/index.html`) && existsSync(`${folder}/assets`)) return folder;
  }
  return null;
}
