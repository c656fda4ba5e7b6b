import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ADMIN_PASSWORD, cleanEnv, repositoryRoot } from './platform-process.ts';

/** Runs of minutes on virtual time write their journals to memory where there is such a place. */
const MEMORY = '/dev/shm';

/** The built `npm run simulate -- …`, run to its end, signed in as admin. */
export function simulate(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const env = cleanEnv({ BEACON_ADMIN_PASSWORD: ADMIN_PASSWORD, ...(existsSync(MEMORY) ? { TMPDIR: MEMORY } : {}) });
  const program = join(repositoryRoot, 'dist/simulators/cli.js');
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args], { env, maxBuffer: 64e6 }, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
      else reject(error);
    });
  });
}
