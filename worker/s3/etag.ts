/** ETags travel with and without their quotes; inside the Worker they have none. */
export function unquote(etag: string): string {
  return etag.replace(/^(?:W\/)?"|"$/g, '');
}
