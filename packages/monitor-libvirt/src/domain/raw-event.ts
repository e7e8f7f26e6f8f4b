import { isNestedDeeperThan } from '@nic-herald/core';
import type { MonitorEvent } from '@nic-herald/libvirt';
import type { QmpEvent } from '@nic-herald/qmp';

/** How deep the data of an event may be nested; what QEMU says is nested a few levels. */
const MAX_DEPTH = 64;

/** QEMU's event as QEMU sent it. Data that is no JSON, or is nested too deep, is left out. */
export const rawEvent = ({ name, data, stampedAt }: MonitorEvent): QmpEvent => ({
  name,
  data: data === undefined ? undefined : parsed(data),
  ...(stampedAt === undefined ? {} : { stampedAt }),
});

const parsed = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return isNestedDeeperThan(MAX_DEPTH, value) ? undefined : value;
  } catch {
    return undefined;
  }
};
