export { createEngine, restoreEngine } from './engine.ts';
