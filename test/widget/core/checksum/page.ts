/** What a page of the tests loads: the checksums as its global. */
import * as checksum from '../../../../widget/core/checksum/index.ts';

Object.assign(globalThis, { checksum });
