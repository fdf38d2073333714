/**
 * Paths of one upload, or of several. The Worker's routes pass `:id` and `:number`; the page passes
 * values.
 */
export const uploads = '/uploads';
export const completeMany = '/uploads/complete';
export const links = '/uploads/links';
export const upload = (id: string): string => `/uploads/${id}`;
export const sign = (id: string): string => `/uploads/${id}/sign`;
export const resume = (id: string): string => `/uploads/${id}/resume`;
export const complete = (id: string): string => `/uploads/${id}/complete`;
export const file = (id: string): string => `/uploads/${id}/file`;
export const part = (id: string, number: number | string): string =>
  `/uploads/${id}/parts/${number}`;
