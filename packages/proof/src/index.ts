export { type ProofOptions, plugin, proof } from './proof.js';
