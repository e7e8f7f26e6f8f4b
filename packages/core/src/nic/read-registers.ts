import type { DeviceInspector, InspectOptions, WordRange } from './device-inspector.js';
import { nicUnreadable } from './nic-unreadable.js';

/** `readWords`, which rejects with HERALD_DEVICE_UNREADABLE where not as many words come back as were asked for. */
export const readRegisters = async <const Ranges extends readonly WordRange[]>(
  device: DeviceInspector,
  ranges: Ranges,
  options: InspectOptions,
): Promise<{ readonly [N in keyof Ranges]: Uint32Array }> => {
  const words = await device.readWords(ranges, options);
  if (words.length !== ranges.length || ranges.some((range, n) => words[n]?.length !== range.words)) {
    const asked = ranges.map((range) => range.words).join(' and ');
    const lengths = words.map((run) => run.length).join(' and ');
    throw nicUnreadable(device.nic, `${asked} words were asked for, ${lengths || 'none'} came back`);
  }
  return words as { readonly [N in keyof Ranges]: Uint32Array };
};
