// npm run generate
import { generatePrograms } from '../../../scripts/bpf/generate-programs.js';
import { ARRIVE, WITNESS } from './programs.js';

generatePrograms([ARRIVE, WITNESS]);
