/** CPU time of a process and everything that it has started, in seconds. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/**
 * CPU seconds that the tree of processes under `pid` has used so far. Processes that have ended since
 * count only if their parents have waited for them. Where there is no /proc, the whole machine counts.
 */
export function cpuSecondsOf(pid: number): number {
  const processes = readProcesses();
  if (!processes) return cpuSecondsOfMachine();
  let ticks = 0;
  for (const process of processes.values()) {
    let at: number | undefined = process.pid;
    while (at !== undefined && at !== pid) at = processes.get(at)?.parent;
    if (at === pid) ticks += process.ticks;
  }
  return ticks / ticksPerSecond();
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

function readProcesses(): ReadonlyMap<number, Process> | undefined {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
  return new Map(names.flatMap((name) => readProcess(Number(name))).map((one) => [one.pid, one]));
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; an empty list if it has just ended. */
function readProcess(pid: number): readonly Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the command stands in parentheses, and may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [userTime, systemTime, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
    const ticks = (userTime ?? 0) + (systemTime ?? 0) + (childrenUser ?? 0) + (childrenSystem ?? 0);
    return [{ pid, parent: Number(fields[1]), ticks }];
  } catch {
    return [];
  }
}

let ticks: number | undefined;
function ticksPerSecond(): number {
  return (ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })));
}

function cpuSecondsOfMachine(): number {
  return cpus().reduce((sum, { times }) => sum + (times.user + times.nice + times.sys) / 1000, 0);
}
