import type { Scene } from './scene.ts';

/** Does what a try says, and tells what it met. Rejects where something got through. */
export type Attack = (scene: Scene) => Promise<string>;

/** What was met, each once. */
export function met(...answers: readonly string[]): string {
  return [...new Set(answers)].sort().join(', ');
}
