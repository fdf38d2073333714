/** True for names of files that operating systems leave in folders and nobody means to upload. */
export function isJunk(name: string): boolean {
  return JUNK.has(name);
}

const JUNK: ReadonlySet<string> = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini']);
