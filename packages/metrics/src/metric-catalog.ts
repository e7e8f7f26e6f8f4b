/** What is told of one metric. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Each has few values, whatever guests and plugins do; none is the name of a guest. */
  readonly labels: readonly string[];
  /** Upper bounds, of histograms that the plugin fills itself. */
  readonly buckets?: readonly number[];
}

/** From the time that frames ready in memory take to the time in which people notice, seconds. */
const RESUME_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
/** From a snapshot of this moment to one that nobody should believe, seconds. */
const AGE_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 3600, 86_400];
const LAG_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

const counter = (name: string, help: string, ...labels: readonly string[]): MetricDescription => ({
  name,
  type: 'counter',
  help,
  labels,
});
const gauge = (name: string, help: string, ...labels: readonly string[]): MetricDescription => ({
  name,
  type: 'gauge',
  help,
  labels,
});
const histogram = (
  name: string,
  help: string,
  { buckets, labels = [] }: { readonly buckets?: readonly number[]; readonly labels?: readonly string[] },
): MetricDescription => ({ name, type: 'histogram', help, labels, ...(buckets && { buckets }) });

/** Every metric there is, in the order in which they are told. */
export const METRICS: readonly MetricDescription[] = [
  gauge('nic_herald_build_info', 'Always 1; its labels say what runs.', 'version', 'nodejs'),
  gauge('nic_herald_start_time_seconds', 'When counting began, Unix time.'),
  gauge('nic_herald_ready', 'Whether /readyz would say so without asking anybody: 1 or 0.'),
  gauge('nic_herald_monitor_up', 'Whether a monitor can see guests: 1 or 0.', 'monitor'),
  gauge('nic_herald_sink_up', 'Whether a sink, which injects frames, can send: 1 or 0.', 'sink'),
  gauge(
    'nic_herald_handoff_store_up',
    'Whether a hand-off store could be used when it was called last: 1 or 0.',
    'store',
  ),

  counter(
    'nic_herald_migrations_total',
    'Guests that came here and whose first announcement is over, by its outcome; late ones too.',
    'outcome',
  ),
  counter(
    'nic_herald_announcements_total',
    'Announcements that are over, also those that were asked for or repeat one that failed, by cause and outcome.',
    'cause',
    'outcome',
  ),
  counter(
    'nic_herald_announcement_retries_total',
    'Announcements that repeat one that failed, by outcome.',
    'outcome',
  ),
  counter(
    'nic_herald_hypervisor_migrations_total',
    'Migrations that ended, as the hypervisor says it, by the side that this host was.',
    'side',
    'status',
  ),
  counter(
    'nic_herald_stations_announced_total',
    'Stations announced, each once for an announcement; none under observe.',
  ),
  counter(
    'nic_herald_nics_announced_total',
    'NICs of guests that came by migration and were announced, by who sent their first frames: the kernel by itself, or the agent.',
    'fired_by',
  ),
  counter(
    'nic_herald_refusals_total',
    'Candidates that were left out of announcements, by reason.',
    'reason',
  ),
  histogram(
    'nic_herald_resume_to_first_frame_seconds',
    "From the hypervisor's RESUME to the first frame; announcements of migrations that frames were sent for.",
    { buckets: RESUME_SECONDS },
  ),
  histogram(
    'nic_herald_resume_to_last_frame_seconds',
    "From the hypervisor's RESUME to the last frame of round 1, of the same announcements.",
    { buckets: RESUME_SECONDS },
  ),
  counter(
    'nic_herald_guests_proved_total',
    'Guests of which it was looked whether frames reach their stations after an announcement, by what came of it.',
    'verdict',
  ),
  counter(
    'nic_herald_unproved_causes_total',
    'Of these, guests of which not every station is proved, by the likeliest cause.',
    'cause',
  ),
  histogram(
    'nic_herald_station_first_frame_seconds',
    "From the hypervisor's RESUME to the first frame that reached a station, each station of a report: no station was dark for longer.",
    { buckets: RESUME_SECONDS },
  ),
  histogram(
    'nic_herald_station_dark_seconds',
    "From STOP at the host that a guest left to the first frame that reached a station here, each station of a report that had been sent ten frames a second until then, where the hosts' times can be compared.",
    { buckets: RESUME_SECONDS },
  ),
  counter('nic_herald_frames_sent_total', 'Frames handed to sinks.'),
  counter('nic_herald_frames_accepted_total', 'Frames that the system took.'),
  counter(
    'nic_herald_frames_by_kernel_total',
    'Frames of those accepted that the kernel sent by itself, when a hypervisor announced its guest.',
  ),
  counter(
    'nic_herald_frames_lost_total',
    "Frames that the system took and that did not leave, by the sinks' own counters.",
  ),
  counter('nic_herald_frames_delayed_total', "Frames held back by the host's pace."),
  gauge('nic_herald_pacer_backlog_frames', "Frames that wait for the host's pace now."),
  histogram(
    'nic_herald_pacer_wait_seconds',
    "How long the frame that waited longest for the host's pace did, for each round in which one waited.",
    { buckets: RESUME_SECONDS },
  ),

  histogram(
    'nic_herald_handoff_duration_seconds',
    'How long calls to the hand-off took, those that failed too.',
    {
      labels: ['operation'],
    },
  ),
  counter('nic_herald_handoff_failures_total', 'Calls to the hand-off that failed.', 'operation'),
  histogram(
    'nic_herald_handoff_entry_age_seconds',
    'How old the newest snapshot was that an announcement was made from.',
    { buckets: AGE_SECONDS },
  ),
  counter('nic_herald_snapshots_published_total', 'Snapshots published, once for each store.'),

  gauge('nic_herald_guests', 'Guests on this host, by where they stand.', 'residence'),
  gauge('nic_herald_nics', 'NICs of these guests, by whether their port was found.', 'port'),
  gauge(
    'nic_herald_learner_ports',
    'Ports by their learner; none: no learner, only cards tell of stations.',
    'learner',
  ),
  gauge('nic_herald_learned_stations', 'Stations in the tables of all ports.'),
  gauge('nic_herald_learned_stations_limit', 'How many stations there is room for in them.'),
  gauge(
    'nic_herald_learned_table_fullest_ratio',
    'How full the fullest table is, 0 to 1: at 1 the longest unseen stations are forgotten.',
  ),

  counter(
    'nic_herald_warnings_total',
    'Warnings by code; one that comes back is counted every ten minutes at most.',
    'code',
  ),
  counter('nic_herald_report_warnings_total', 'Warnings in reports by code, each time.', 'code'),
  counter(
    'nic_herald_reports_written_total',
    'Reports that were written; a later revision counts as one. All three are 0 where none are kept.',
  ),
  gauge('nic_herald_reports_waiting', 'Reports in memory now, until their directory takes them.'),
  counter(
    'nic_herald_reports_lost_total',
    'Reports that can never be written: too many waited already, or the file system refuses this one.',
  ),
  counter('nic_herald_listener_failures_total', 'Observers, of plugins, that failed at a fact.'),

  histogram('nic_herald_event_loop_lag_seconds', 'How late a timer fires, tried four times a second.', {
    buckets: LAG_SECONDS,
  }),
  counter('nic_herald_event_loop_active_seconds_total', 'How long the event loop had something to do.'),
  counter('nic_herald_event_loop_idle_seconds_total', 'How long the event loop waited.'),
  counter('process_cpu_seconds_total', 'User and system processor time of the agent.'),
  gauge('process_resident_memory_bytes', 'Memory of the agent that is in RAM.'),
  gauge('process_start_time_seconds', "When the agent's process began, Unix time."),
  gauge('process_open_fds', 'File descriptors that the agent has open.'),
  gauge('nodejs_heap_size_used_bytes', 'Memory in use on the heap of Node.js.'),
  gauge('nodejs_heap_size_total_bytes', 'Memory of the heap of Node.js.'),
  gauge('nodejs_external_memory_bytes', 'Memory of buffers and of native code that Node.js knows of.'),
];
