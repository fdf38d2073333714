/** The ETag without its quotes, as it is kept in the Worker. */
export function unquote(etag: string): string {
  return etag.replace(/^(?:W\/)?"|"$/g, '');
}
