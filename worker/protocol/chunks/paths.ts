/** Paths of chunks through the Worker. They are apart from the others because no page needs them. */
export const CHUNK_PATHS = {
  all: '/chunks',
  one: (upload: string) => `/chunks/${upload}`,
} as const;
