import { cpus } from 'node:os';

/** Such as `2 cores of AMD EPYC`. */
export function machine(): string {
  return `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}`;
}
