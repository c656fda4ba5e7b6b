// The real parts the tests talk to. Those on the PATH are used; as root on Debian or Ubuntu with CI set, missing ones are installed
// with apt; else the suites that need them are skipped by name, with the command that gets them.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const PARTS = [
  { bin: 'influxd', pkg: 'influxdb' },
  { bin: 'mosquitto', pkg: 'mosquitto' },
  { bin: 'mosquitto_pub', pkg: 'mosquitto-clients' },
  { bin: 'chromium', pkg: 'chromium' },
];
const path = `${process.env.PATH ?? ''}${delimiter}/usr/sbin${delimiter}/usr/local/sbin`;

function missing() {
  return PARTS.filter(({ bin }) => !path.split(delimiter).some((folder) => existsSync(join(folder, bin))));
}

export function getParts() {
  let lacking = missing();
  const debian = existsSync('/etc/debian_version');
  if (lacking.length > 0 && process.env.CI && debian && process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    for (const args of [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', ...lacking.map((p) => p.pkg)],
    ]) {
      const result = spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
      if (result.status !== 0) console.error(`apt-get ${args[0]} failed (${result.status})`);
    }
    lacking = missing();
  }
  if (lacking.length > 0) {
    console.error(
      `NOT FOUND: ${lacking.map((p) => p.bin).join(', ')}. The suites that need them are skipped${process.env.CI ? ', which counts as a failure in CI' : ''}.`,
    );
    console.error(`Get them with: apt-get install -y ${lacking.map((p) => p.pkg).join(' ')}`);
  }
  return { path, lacking: lacking.map((p) => p.bin) };
}
