import type { LabCase } from '../lab-case.js';
import { addressScenarios } from './addresses.js';
import { bondedGuestCases } from './bonded-guest.js';
import { bootOnAThirdHost } from './boot-on-a-third-host.js';
import { cancelledMigration } from './cancelled-migration.js';
import { cloneOnTheOtherHost } from './clone-on-the-other-host.js';
import { cloneRestoredOnTheOtherHost } from './clone-restored-on-the-other-host.js';
import { continuedSourceCases } from './continued-source.js';
import { darkTimeCases } from './dark-times.js';
import { flood } from './flood.js';
import { gatewayOfItsOwnHost } from './gateway-guest.js';
import { guessStaysAGuess } from './guess-stays-a-guess.js';
import { igbByItsModel } from './igb-by-its-model.js';
import { killedAgentCases } from './killed-agent.js';
import { learnedScenarios } from './learned-stations.js';
import { macvtapScenarios } from './macvtaps.js';
import { migratedAtOnceCases } from './migrated-at-once.js';
import { migrationWithinOneHost } from './migration-within-one-host.js';
import { multicastScenarios } from './multicast.js';
import { neighboursMacCases } from './neighbours-mac.js';
import { observeOnly } from './observe-only.js';
import { oneMacOnTwoNetworks } from './one-mac-on-two-networks.js';
import { ovsSlbBond, ovsSlbBondLocked } from './ovs-slb-bond.js';
import { pacedPairs } from './paced-pairs.js';
import { passedTapScenarios } from './passed-taps.js';
import { pausedDestination } from './paused-destination.js';
import { proofCases } from './proof.js';
import { proofEndsAtSigterm } from './proof-ends-at-sigterm.js';
import { proofObserveTwenty } from './proof-observe-twenty.js';
import { reflectedBroadcastCases } from './reflected-broadcasts.js';
import { roundTripOneAgentSleptThrough } from './round-trip-one-agent-slept-through.js';
import { stationScenarios } from './stations.js';
import { thereAndBack } from './there-and-back.js';
import { thirdPartyScenarios } from './third-party.js';
import { twoNicsOneMac } from './two-nics-one-mac.js';
import { unchangedForLongerThanMaxAge } from './unchanged-for-longer-than-max-age.js';
import { vanishedTap } from './vanished-tap.js';
import { virtualRouterCases } from './virtual-routers.js';
import { watchedMigration } from './watched-migration.js';

/** Of these another scenario proves much the same: they run where there is time. */
const likeAnother = new Set([
  'agent-killed-when-armed',
  'bond',
  'clone-restored-on-the-other-host',
  'e1000-4-nested',
  'e1000-4-vlans-migrated-at-once',
  'e1000e-8-macvlans',
  'reflected-broadcasts',
  'two-nics-one-mac',
  'virtio-4-nested-guest-announce',
  'virtio-4-vlans-there-and-back',
  'e1000-changed-mac',
  'rtl8139-8-macvlans',
  'e1000-4-vlans-there-and-back',
  'bond-bridge-per-card-failed-over',
  'bond-failed-over-guest-announce',
  'keepalived-master',
  'keepalived-backup-quiet',
  'macvtap-passthru-e1000',
  'macvtap-bridge-virtio',
  'multicast-vmxnet3-bridge',
  'multicast-vmxnet3-ovs',
  'proof-dark-times-of-macvlans',
  'proof-ends-at-sigterm',
  'proof-observe-twenty',
  'proof-rarp-filtered',
  'proof-source-agent-dead',
  'proof-spoofed-announcement',
  'proof-tap-in-no-bridge',
  'proof-vlan-missing-at-source',
  'neighbours-mac-in-filter-victim-on-B',
  'neighbours-mac-in-frames-victim-on-A',
  'nested-migrated-at-once-no-events',
  'third-party-rtl8139-changed-mac',
  'virtio-8-macvlans-guest-announce',
  'vmxnet3-8-macvlans',
]);

const all: readonly LabCase[] = [
  ...stationScenarios,
  ...learnedScenarios,
  ...addressScenarios,
  thereAndBack('e1000'),
  thereAndBack('virtio'),
  thereAndBack('igb'),
  igbByItsModel,
  observeOnly,
  ...proofCases,
  watchedMigration,
  proofEndsAtSigterm,
  proofObserveTwenty,
  ...darkTimeCases,
  guessStaysAGuess,
  ...neighboursMacCases,
  flood,
  pacedPairs,
  ...multicastScenarios,
  ovsSlbBond,
  ovsSlbBondLocked,
  ...migratedAtOnceCases,
  cancelledMigration,
  pausedDestination,
  ...killedAgentCases,
  vanishedTap,
  ...passedTapScenarios,
  ...macvtapScenarios,
  twoNicsOneMac,
  ...bondedGuestCases,
  oneMacOnTwoNetworks,
  gatewayOfItsOwnHost,
  ...virtualRouterCases,
  ...reflectedBroadcastCases,
  cloneOnTheOtherHost,
  cloneRestoredOnTheOtherHost,
  bootOnAThirdHost,
  ...continuedSourceCases,
  roundTripOneAgentSleptThrough,
  migrationWithinOneHost,
  unchangedForLongerThanMaxAge,
  ...thirdPartyScenarios,
];

/** Everything the lab proves, in the order it runs. */
export const labCases: readonly LabCase[] = all.map((each) =>
  likeAnother.has(each.name) ? { ...each, isVariant: true } : each,
);
