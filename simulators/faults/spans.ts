/** Stretches of time, s since the run began: [fromS, toS). */
export interface Span {
  readonly fromS: number;
  readonly toS: number;
}

export function within(span: Span, elapsedS: number): boolean {
  return elapsedS >= span.fromS && elapsedS < span.toS;
}
export function withinAny(spans: readonly Span[], elapsedS: number): boolean {
  return spans.some((span) => within(span, elapsedS));
}
