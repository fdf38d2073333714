/** The door to the code by which rows are reordered, which few pages want. */
import { lazy } from '../core/util/lazy.ts';

export type { Order, ReorderHost } from './rows/reorder/reorder.ts';

export const loadReorder = lazy(() => import('./rows/reorder/reorder.ts'));
