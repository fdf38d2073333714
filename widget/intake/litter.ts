/** Whether systems leave files of this name in folders, and nobody means to upload them. */
export function isLitter(name: string): boolean {
  return /^(\.DS_Store|Thumbs\.db|desktop\.ini)$/.test(name);
}
