import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnv, repositoryRoot, startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { generate } from './processes.ts';
import { registerVessels } from './throughput.ts';

export interface BacktestRate {
  readonly values: number;
  /** Values of the stored period a second, with one engine (as it was) and with two (a rule tried beside it). */
  readonly asItWas: readonly number[];
  readonly withRule: readonly number[];
}

/** A limit of the vessels, moved by a little: nothing of the traffic comes near it, so that only the judging counts. */
const RULES = `- { id: tried, scope: enterprise, scopeId: bench, profileId: hazchem.tank.pressurized, measurement: level_pct, code: HH, parts: { setPoint: 96 } }
`;

function judge(args: readonly string[]): Promise<{ readonly values: number; readonly seconds: number }> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(process.execPath, [join(repositoryRoot, 'dist/app/backtest/cli.js'), '--json', ...args], {
      env: cleanEnv({}),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('close', (code) => {
      // 0: nothing is different; 1: something is.
      if (code !== 0 && code !== 1) return reject(new Error(`the backtest ended with ${code}: ${stderr}`));
      const { values } = JSON.parse(stdout) as { readonly values: number };
      resolve({ values, seconds: (performance.now() - begun) / 1_000 });
    });
  });
}

/**
 * `npm run backtest` over what a platform has just stored: its journal read, decoded and judged by the whole engine, start of the program
 * included. One process, one thread.
 */
export async function backtestRate(connections: number, seconds: number, times: number): Promise<BacktestRate> {
  const folder = temporaryFolder('bench-backtest');
  try {
    const platform = await startPlatform({ dataDir: folder.path });
    let from = 0;
    try {
      const vessels = await registerVessels(platform.httpBase, connections);
      from = Date.now();
      await generate({ host: '127.0.0.1', port: Number(new URL(platform.mqttUrl).port), connections: vessels, window: 20, seconds });
    } finally {
      await platform.stop();
    }
    const rules = join(folder.path, 'rules.yaml');
    writeFileSync(rules, RULES);
    const args = ['--data', folder.path, '--from', String(from), '--to', String(Date.now())];
    const asItWas: number[] = [];
    const withRule: number[] = [];
    let values = 0;
    for (let i = 0; i < times; i += 1) {
      const plain = await judge(args);
      const tried = await judge([...args, '--rules', rules]);
      values = plain.values;
      asItWas.push(plain.values / plain.seconds);
      withRule.push(tried.values / tried.seconds);
    }
    return { values, asItWas, withRule };
  } finally {
    folder.remove();
  }
}
