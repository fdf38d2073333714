/** The documentation beside the page, for `npm start`. What is deployed and packed does not hold it. */
import { cp, rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

/**
 * A folder with the built page, and the documentation under `docs/`.
 *
 * @returns undefined unless `npm run docs` has built the documentation.
 */
export async function assetsWithDocs(): Promise<string | undefined> {
  const docs = await stat(`${DIST}docs/index.html`).catch(() => undefined);
  if (docs === undefined) return undefined;
  const both = `${DIST}page-with-docs`;
  await rm(both, { recursive: true, force: true });
  await cp(`${DIST}page`, both, { recursive: true });
  await cp(`${DIST}docs`, `${both}/docs`, { recursive: true });
  return both;
}
