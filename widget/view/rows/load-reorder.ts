/** The door to the code by which rows are reordered, which few pages want. */
import { lazy } from '../../core/util/lazy.ts';

export type { ReorderHost } from './reorder/reorder.ts';

export const loadReorder = lazy(() => import('./reorder/reorder.ts'));
