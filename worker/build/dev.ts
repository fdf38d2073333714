/**
 * `npm run dev`: `npm start`, and the page's files are built again whenever one of their sources is
 * saved. `wrangler dev` watches the Worker's sources itself.
 */
import { fileURLToPath } from 'node:url';
import { buildPage } from './build.ts';
import { rebuildOnSave } from './rebuild.ts';
import './start.ts';

/** Everything that the page's bundles are made of. */
const FOLDERS = ['widget', 'worker/page', 'worker/protocol'];

rebuildOnSave(
  FOLDERS.map((folder) => fileURLToPath(new URL(`../../${folder}`, import.meta.url))),
  buildPage,
  (error) => {
    if (error === undefined) console.log('Built again: reload the page.');
    else console.error('The page could not be built:', error);
  },
);
