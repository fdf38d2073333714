/** All rows of the compatibility table, in its order. */
import type { Row } from './row.ts';
import { CHECKS } from './rows/checks.ts';
import { OBJECTS } from './rows/objects.ts';
import { PAGES } from './rows/pages.ts';
import { TRANSFER } from './rows/transfer.ts';

export const ROWS: readonly Row[] = [...TRANSFER, ...CHECKS, ...OBJECTS, ...PAGES];
