import { BpfQueue, BpfTable, type FileDescriptor, loadClassifier } from '@nic-herald/linux-sys';
import {
  GENERATE_PROGRAM_NAME,
  GRANTS,
  generateInstructions,
  TRIGGER_MAPS,
  TRIGGER_PROGRAM_NAME,
  triggerInstructions,
} from './trigger-program.js';

type MapName = keyof typeof TRIGGER_MAPS;

/** The two programs, loaded once for all ports, and the maps between them and this process. */
export interface TriggerMaps extends Readonly<Record<MapName, BpfTable>> {
  readonly grants: BpfQueue;
  readonly trigger: FileDescriptor;
  readonly generate: FileDescriptor;
  close(): void;
}

/** Needs CAP_BPF and CAP_NET_ADMIN. Throws SystemCallError; nothing stays then. */
export const loadTrigger = (): TriggerMaps => {
  const made: { close(): void }[] = [];
  const keep = <T extends { close(): void }>(one: T): T => {
    made.push(one);
    return one;
  };
  const close = (): void => {
    for (const one of made.splice(0)) one.close();
  };
  try {
    const names = Object.keys(TRIGGER_MAPS) as MapName[];
    const entries = names.map((name) => [name, keep(BpfTable.create(TRIGGER_MAPS[name]))] as const);
    const maps = Object.fromEntries(entries) as Record<MapName, BpfTable>;
    const grants = keep(BpfQueue.create(GRANTS.name, GRANTS.valueBytes, GRANTS.capacity));
    const fds = Object.fromEntries(names.map((name) => [name, maps[name].fd])) as Record<MapName, number>;
    const trigger = keep(loadClassifier(TRIGGER_PROGRAM_NAME, triggerInstructions(fds)));
    const sender = generateInstructions({ ...fds, grants: grants.fd });
    const generate = keep(loadClassifier(GENERATE_PROGRAM_NAME, sender));
    return { ...maps, grants, trigger, generate, close };
  } catch (error) {
    close();
    throw error;
  }
};
