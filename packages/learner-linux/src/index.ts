export { BpfLearner } from './bpf-learner.js';
export { BridgeLearner } from './bridge-learner.js';
export { BridgePortLearner } from './bridge-port-learner.js';
export { type LinuxLearnerOptions, linuxLearner, plugin } from './linux-learner.js';
export { LinuxNetworkWatch, type LinuxNetworkWatchOptions } from './network/linux-network-watch.js';
export { type LinuxLearnerProbe, probeLinuxLearner } from './probe-linux-learner.js';
