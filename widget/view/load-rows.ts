/** The door to the half of the element that is loaded with the first file. */
import { lazy } from '../core/util/lazy.ts';

export type { RowsView } from './rows/index.ts';

export const loadRows = lazy(() => import('./rows/index.ts'));
