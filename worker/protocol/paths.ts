/**
 * The paths of the HTTP contract, relative to the address of the signer. The Worker's routes take
 * `:id` and `:number`; the page passes values.
 */
export const PATHS = {
  health: '/health',
  policy: '/policy',
  uploads: '/uploads',
  completeMany: '/uploads/complete',
  links: '/uploads/links',
  upload: (id: string) => `/uploads/${id}`,
  sign: (id: string) => `/uploads/${id}/sign`,
  resume: (id: string) => `/uploads/${id}/resume`,
  complete: (id: string) => `/uploads/${id}/complete`,
  file: (id: string) => `/uploads/${id}/file`,
  part: (id: string, number: number | string) => `/uploads/${id}/parts/${number}`,
  companion: '/companion',
} as const;
