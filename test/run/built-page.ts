/**
 * What `node --test --test-global-setup` runs before all files of tests: builds the page's files once.
 * Otherwise each file that starts the Worker builds them, and none may do so while another is served.
 */
import process from 'node:process';
import { buildPage } from '../../worker/build/build.ts';

/** The files of tests inherit the environment. */
export async function globalSetup(): Promise<void> {
  await buildPage();
  process.env['PAGE'] = 'built';
}

/** Builds the page's files, unless that has been done for all files of tests. */
export async function pageIsBuilt(): Promise<void> {
  if (process.env['PAGE'] !== 'built') await buildPage();
}
