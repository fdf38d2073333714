import type { Scene } from './scene.ts';

/** Makes one attempt and returns what it met. Rejects where something got through. */
export type Attack = (scene: Scene) => Promise<string>;

export { met } from './refusals.ts';
