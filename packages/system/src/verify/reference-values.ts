// SPDX-License-Identifier: Apache-2.0
import type { ConstellationName, Fading } from "../modem/index.ts";

/** Reference values over a level [dB]: pairs of level and value. */
export type ReferencePoints = readonly (readonly [levelDb: number, value: number])[];

/** Bit error rates of Gray constellations over Eb/N0, the gain known to the receiver. */
export const BIT_ERROR_RATES: readonly {
  readonly name: ConstellationName;
  readonly fading: Fading;
  readonly points: ReferencePoints;
}[] = [
  {
    name: "qpsk",
    fading: "awgn",
    points: [
      [0, 0.07864960352514257],
      [2, 0.03750612835892598],
      [4, 0.012500818040737563],
      [6, 0.0023882907809328075],
      [8, 0.00019090777407599314],
    ],
  },
  {
    name: "16qam",
    fading: "awgn",
    points: [
      [0, 0.14098163506684164],
      [5, 0.04189276004646232],
      [8, 0.00924721374147441],
      [10, 0.00175415061789273],
    ],
  },
  {
    name: "64qam",
    fading: "awgn",
    points: [
      [0, 0.19984135230015024],
      [5, 0.10079160729511383],
      [10, 0.026532708797565165],
      [14, 0.0021540037571801227],
    ],
  },
  {
    name: "qpsk",
    fading: "rayleigh",
    points: [
      [0, 0.1464466094067262],
      [5, 0.06418268544952299],
      [10, 0.023268705377203824],
      [15, 0.00772300227202255],
      [20, 0.0024814048950054235],
    ],
  },
  {
    name: "16qam",
    fading: "rayleigh",
    points: [
      [0, 0.19757395798903504],
      [10, 0.04237097119324426],
      [20, 0.004885448605398232],
    ],
  },
  {
    name: "64qam",
    fading: "rayleigh",
    points: [
      [0, 0.24706326619198968],
      [10, 0.0766795532243267],
      [20, 0.010619599621827935],
    ],
  },
  {
    name: "qpsk",
    fading: { kFactor: 1 },
    points: [
      [0, 0.13530532081189212],
      [5, 0.054304833898582594],
      [10, 0.018209761403439006],
    ],
  },
  {
    name: "qpsk",
    fading: { kFactor: 4 },
    points: [
      [0, 0.10789261323377747],
      [5, 0.02803780781793034],
      [10, 0.004937534393977174],
    ],
  },
  {
    name: "qpsk",
    fading: { kFactor: 10 },
    points: [
      [0, 0.09255130694140906],
      [5, 0.014847147604283382],
      [10, 0.0007014439902347627],
    ],
  },
];

/** Capacity of AWGN over Es/N0 [bit per complex channel use]. */
export const AWGN_CAPACITY: ReferencePoints = [
  [-10, 0.13750352374993502],
  [0, 1.0],
  [10, 3.4594316186372973],
  [20, 6.658211482751795],
];

/** Ergodic capacity of Rayleigh fading with the gain known to the receiver, over Es/N0 [bit per complex channel use]. */
export const RAYLEIGH_CAPACITY: ReferencePoints = [
  [-10, 0.13209796778866778],
  [0, 0.8603473822708909],
  [10, 2.9065148084161363],
  [20, 5.884048233684874],
];

/** Probability that Rayleigh fading carries less than one bit per complex channel use, over Es/N0. */
export const RAYLEIGH_OUTAGE: ReferencePoints = [
  [-10, 0.9999546000702375],
  [0, 0.6321205588285577],
  [10, 0.09516258196404048],
  [20, 0.009950166250831893],
];

/** Mean squared error of the MMSE estimate of unit-power symbols over Rayleigh fading, over Es/N0. */
export const RAYLEIGH_MMSE_ERROR: ReferencePoints = [
  [-10, 0.9156333393041355],
  [0, 0.5963473623231975],
  [10, 0.20146425447093744],
  [20, 0.04078511443457397],
];

/** Effective Es/N0 [dB] after MMSE estimation of a Rayleigh gain from pilots, over Es/N0. */
export const PILOT_EFFECTIVE_ES_NO: readonly {
  readonly numPilots: number;
  readonly points: ReferencePoints;
}[] = [
  {
    numPilots: 1,
    points: [
      [0, -4.771212547196625],
      [10, 6.7778070526608065],
      [20, 16.968039425795112],
    ],
  },
  {
    numPilots: 4,
    points: [
      [0, -1.7609125905568117],
      [10, 8.94489815230026],
      [20, 19.022222654607166],
    ],
  },
  {
    numPilots: 16,
    points: [
      [0, -0.5115252244738131],
      [10, 9.71123872263771],
      [20, 19.734156690433558],
    ],
  },
];

/** Probability that a label of 4 bits arrives by repetition QPSK over AWGN, over Es/N0. */
export const REPETITION_SUCCESS: readonly {
  readonly numSymbols: number;
  readonly points: ReferencePoints;
}[] = [
  {
    numSymbols: 8,
    points: [
      [-10, 0.29416143584502696],
      [-5, 0.5719453026460578],
      [0, 0.9120580520993946],
    ],
  },
  {
    numSymbols: 16,
    points: [
      [-10, 0.4400122644759294],
      [-5, 0.7946066703655461],
      [0, 0.9906773006974212],
    ],
  },
  {
    numSymbols: 32,
    points: [
      [-10, 0.647535366451818],
      [-5, 0.9519137364706636],
      [0, 0.9998733210509458],
    ],
  },
  {
    numSymbols: 64,
    points: [
      [-10, 0.8606595345309899],
      [-5, 0.9970687151015163],
      [0, 0.9999999691654845],
    ],
  },
];

/** A measured block error rate of the 5G LDPC code. */
export interface BlockErrorPoint {
  /** Es/N0, which at QPSK and code rate 1/2 is Eb/N0 [dB] */
  readonly esNoDb: number;
  readonly rate: number;
  /** Block errors behind the rate. */
  readonly numErrors: number;
}

/**
 * Block error rates of the 5G LDPC code of rate 1/2 over AWGN with QPSK, n sent bits: flooding sum-product decoding, 20
 * iterations.
 *
 * @source Sionna, outputs of the tutorial notebook "5G Channel Coding and Rate-Matching: Polar vs. LDPC Codes"
 */
export const BLOCK_ERROR_RATES: readonly {
  readonly n: number;
  readonly points: readonly BlockErrorPoint[];
}[] = [
  {
    n: 128,
    points: [
      { esNoDb: 0, rate: 0.864, numErrors: 8643 },
      { esNoDb: 1, rate: 0.503, numErrors: 5033 },
      { esNoDb: 2, rate: 0.155, numErrors: 1547 },
      { esNoDb: 3, rate: 0.0225, numErrors: 1127 },
      { esNoDb: 4, rate: 0.00133, numErrors: 1000 },
    ],
  },
  {
    n: 256,
    points: [
      { esNoDb: 1, rate: 0.489, numErrors: 977 },
      { esNoDb: 2, rate: 0.086, numErrors: 515 },
      { esNoDb: 3, rate: 0.003, numErrors: 300 },
    ],
  },
  {
    n: 512,
    points: [
      { esNoDb: 1, rate: 0.444, numErrors: 887 },
      { esNoDb: 1.5, rate: 0.149, numErrors: 595 },
      { esNoDb: 2, rate: 0.0234, numErrors: 514 },
      { esNoDb: 2.5, rate: 0.00215, numErrors: 215 },
    ],
  },
  {
    n: 1000,
    points: [
      { esNoDb: 1, rate: 0.462, numErrors: 924 },
      { esNoDb: 1.5, rate: 0.0744, numErrors: 521 },
      { esNoDb: 2, rate: 0.0028, numErrors: 281 },
    ],
  },
  {
    n: 2000,
    points: [
      { esNoDb: 1, rate: 0.469, numErrors: 937 },
      { esNoDb: 1.25, rate: 0.148, numErrors: 590 },
      { esNoDb: 1.5, rate: 0.0245, numErrors: 515 },
      { esNoDb: 1.75, rate: 0.0022, numErrors: 218 },
    ],
  },
];
