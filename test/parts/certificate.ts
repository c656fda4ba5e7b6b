import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const OPENSSL = '/usr/bin/openssl';

/** True where no certificate can be made, so that a test can say that it is skipped. */
export const opensslMissing = !existsSync(OPENSSL);

/** A key and a certificate of its own for this machine, good for two days, as PEM files in `folder`. */
export function selfSigned(folder: string): { readonly keyFile: string; readonly certFile: string } {
  const keyFile = join(folder, 'key.pem');
  const certFile = join(folder, 'cert.pem');
  const kind = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(OPENSSL, [...kind, ...subject, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  return { keyFile, certFile };
}
