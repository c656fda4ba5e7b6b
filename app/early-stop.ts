/**
 * A signal that comes while the parts of a program are still being loaded ends it as a clean stop does, exit 0: nothing is open yet, and
 * a supervisor that changes its mind within the first second meets no death by a signal. Imports nothing, so that it is there first.
 * Returns what ends this watch, for whoever takes the signals over.
 */
export function stopsWhileLoading(): () => void {
  const end = (): never => process.exit(0);
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  return () => {
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
  };
}
