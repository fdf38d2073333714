/** The door to the code that renames pasted files, which is loaded with the first paste. */
import { lazy } from '../core/util/lazy.ts';

export const loadRename = lazy(() => import('./rename.ts'));
