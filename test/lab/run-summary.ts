import type { CaseResult } from './lab-case.js';
import type { Measurement } from './measurement.js';

/** Up to this many stations or streams each have a line of their own; of more only the last one back. */
const mostNamed = 8;

/** What one scenario measured over its runs: milliseconds from RESUME per station or stream, undefined = dark. */
type Times = Map<string, (number | undefined)[]>;

/** Several runs of each scenario side by side, station by station or stream by stream. */
export class RunSummary {
  readonly #scenarios = new Map<string, { readonly alone: Times; readonly herald: Times }>();

  add(scenario: string, result: CaseResult | undefined): void {
    const times = this.#scenarios.get(scenario) ?? { alone: new Map(), herald: new Map() };
    this.#scenarios.set(scenario, times);
    collect(times.alone, result?.alone);
    collect(times.herald, result?.herald);
  }

  /** One line per scenario and station: how often dark, median, least and most, with QEMU alone and with nic-herald. */
  lines(): string[] {
    return [...this.#scenarios].flatMap(([scenario, { alone, herald }]) => {
      const names = new Set([...alone.keys(), ...herald.keys()]);
      const rows = [...names].map(
        (name) => `  ${name}: QEMU alone ${told(alone.get(name))}; nic-herald ${told(herald.get(name))}`,
      );
      return [scenario, ...rows];
    });
  }
}

function collect(times: Times, measurement: Measurement | undefined): void {
  if (!measurement) return;
  const { returns, dark, lastBackMs } = measurement;
  const named = returns.length <= mostNamed;
  const rows = named
    ? returns.map(({ station, afterMs }) => [station.name, afterMs] as const)
    : [['the last of all', dark > 0 ? undefined : lastBackMs] as const];
  for (const [name, afterMs] of rows) times.set(name, [...(times.get(name) ?? []), afterMs]);
}

function told(times: readonly (number | undefined)[] | undefined): string {
  if (!times) return 'not measured';
  const back = times.filter((time) => time !== undefined).sort((a, b) => a - b);
  const dark = `dark in ${times.length - back.length} of ${times.length}`;
  if (back.length === 0) return dark;
  const ms = (time: number | undefined): string => (time ?? 0).toFixed(1);
  const middle = (back.length - 1) / 2;
  const median = ((back[Math.floor(middle)] ?? 0) + (back[Math.ceil(middle)] ?? 0)) / 2;
  return `${dark}, ${ms(median)} ms (${ms(back[0])} to ${ms(back.at(-1))})`;
}
