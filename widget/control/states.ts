import type { Totals, UploadSnapshot } from '../core/index.ts';

/** The element's custom states: `s3-upload:state(busy)`. */
export type StateName =
  | 'busy'
  | 'complete'
  | 'drag-reject'
  | 'dragging'
  | 'empty'
  | 'failed'
  | 'offline'
  | 'paused'
  | 'user-invalid';

/** The states that follow from the uploads. */
export function statesOf(
  uploads: readonly UploadSnapshot[],
  { files, done, failed, active, paused }: Totals,
  isWaitingForStart: boolean,
): Partial<Record<StateName, boolean>> {
  return {
    empty: uploads.length === 0,
    busy: active > 0 && !isWaitingForStart,
    paused: paused > 0 && active === 0,
    failed: failed > 0,
    complete: files > 0 && done === files,
    offline: uploads.some(({ waitingFor }) => waitingFor === 'online'),
  };
}

/** Sets and clears states; those that are not named stay as they are. */
export function setStates(
  { states }: ElementInternals,
  changes: Partial<Record<StateName, boolean>>,
): void {
  for (const [name, isOn] of Object.entries(changes)) states[isOn ? 'add' : 'delete'](name);
}
