import { modelsOfBrokenAnnouncement } from './broken-announcements.js';
import { modelsOfBrokenCapture } from './broken-captures.js';
import { modelsOfBrokenFilter } from './broken-filters.js';
import { modelsOfBrokenIdentity } from './broken-identities.js';
import { modelsOfBrokenState } from './broken-states.js';
import { modelsOfBrokenValues } from './broken-values.js';
import type { BrokenModel } from './sample-model.js';

/** Each differs from the sound model in one thing. */
export const brokenModels: readonly BrokenModel[] = [
  ...modelsOfBrokenIdentity,
  ...modelsOfBrokenCapture,
  ...modelsOfBrokenValues,
  ...modelsOfBrokenState,
  ...modelsOfBrokenFilter,
  ...modelsOfBrokenAnnouncement,
];
