/** The clocks of the page run slower, so that a busy machine takes enough pictures in a second of the film. */
import { SLOWER } from './slower.ts';

/** Called before anything reads a clock. */
export function slowClocks(): void {
  const [monotonicMs, wallMs] = [performance.now.bind(performance), Date.now.bind(Date)];
  const [firstMonotonicMs, firstWallMs] = [monotonicMs(), wallMs()];
  performance.now = () => firstMonotonicMs + (monotonicMs() - firstMonotonicMs) / SLOWER;
  Date.now = () => firstWallMs + (wallMs() - firstWallMs) / SLOWER;
}
