import { companionContract, testContract } from '@nic-herald/testkit';
import { describe, it } from 'vitest';
import { arrivalNote } from './arrival-note-companion.js';

testContract(companionContract({ companion: ({ clock }) => arrivalNote(clock) }), { describe, it });
