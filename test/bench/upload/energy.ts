import { readdirSync, readFileSync } from 'node:fs';

const POWERCAP = '/sys/class/powercap';

/**
 * Energy in joules that the machine's processors have used so far, as Intel's and AMD's RAPL counters
 * say. Undefined where there are none, such as in most virtual machines, or where only root may read
 * them: https://www.kernel.org/doc/html/latest/power/powercap/powercap.html
 */
export function joulesSoFar(): number | undefined {
  try {
    // `intel-rapl:0` is a whole processor, `intel-rapl:0:0` a part of it.
    const packages = readdirSync(POWERCAP).filter((name) => /^intel-rapl:\d+$/.test(name));
    if (packages.length === 0) return undefined;
    const microjoules = packages.map((name) =>
      Number(readFileSync(`${POWERCAP}/${name}/energy_uj`, 'utf8')),
    );
    return microjoules.reduce((sum, value) => sum + value, 0) / 1e6;
  } catch {
    return undefined;
  }
}
