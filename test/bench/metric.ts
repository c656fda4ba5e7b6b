/** `/metrics` as it is now; the event-loop figures in it cover the time since it was asked for last. */
export async function metricsText(httpBase: string): Promise<string> {
  return (await fetch(`${httpBase}/metrics`)).text();
}

/** One number of a `/metrics` text. @throws when it is not among them */
export function numberIn(text: string, name: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  if (line === undefined) throw new Error(`no metric ${name}`);
  return Number(line.slice(name.length + 1));
}

/** One number of the platform's `/metrics`. @throws when it is not among them */
export async function metric(httpBase: string, name: string): Promise<number> {
  return numberIn(await metricsText(httpBase), name);
}
