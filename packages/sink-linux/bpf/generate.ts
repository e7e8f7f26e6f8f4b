// npm run generate
import { generatePrograms } from '../../../scripts/bpf/generate-programs.js';
import { GENERATE, TRIGGER } from './programs.js';

generatePrograms([TRIGGER, GENERATE]);
