/** The door to the code that reads folders, which is loaded when one is dropped. */
import { lazy } from '../core/util/lazy.ts';

export const loadWalk = lazy(() => import('./folder.ts'));
