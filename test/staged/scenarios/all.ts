import type { StagedCase } from '../staged-case.js';
import { colo } from './colo.js';
import { craftedEntries } from './crafted-entries.js';
import { evacuation } from './evacuation-kill.js';
import { hostTwins } from './host-twins.js';
import { injector } from './injector.js';
import { metrics } from './metrics.js';
import { oldEntries } from './old-entries.js';
import { ownership } from './ownership.js';
import { ports } from './ports.js';
import { returns } from './returns.js';
import { sinks } from './sinks.js';
import { slowObserver } from './slow-observer.js';
import { sockets } from './sockets.js';
import { storageClock } from './storage-clock.js';
import { twins } from './twins.js';

/** Everything that is staged, in the order it runs. */
export const stagedCases: readonly StagedCase[] = [
  ...twins,
  ...hostTwins,
  ...oldEntries,
  ...colo,
  ...returns,
  ...craftedEntries,
  ...sockets,
  ...ports,
  ...ownership,
  ...injector,
  ...sinks,
  ...storageClock,
  ...slowObserver,
  ...metrics,
  ...evacuation,
];
