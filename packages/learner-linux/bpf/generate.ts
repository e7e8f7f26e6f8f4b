// npm run generate
import { generatePrograms } from '../../../scripts/bpf/generate-programs.js';
import { LEARN, WATCH } from './programs.js';

generatePrograms([LEARN, WATCH]);
