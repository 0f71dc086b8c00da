// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import {
  type BrokenRule,
  checkRules,
  count,
  fraction,
  positive,
  weight,
  withoutTerms,
  type Written,
} from "../config/fields.ts";
import { notASet, type PrimitiveSource } from "../cells/primitive-sets.ts";
import { selectionFields, type SelectionPart } from "./search-selection-config.ts";

/** Sizes of the networks that genotypes become, and the cost they are compared at. */
export interface SearchStudentConfig {
  readonly channels: number;
  readonly numCells: number;
  readonly stemStride: 1 | 2;
  readonly targetMacs: number;
}

/** What a differentiable search does from its first epoch to its genotype; each key is described in its schema. */
export interface ProposalConfig {
  /** `"k7"`, `"darts8"`, known names, or the path of a module. */
  readonly primitives: PrimitiveSource;
  readonly channels: number;
  readonly numCells: number;
  readonly numCellNodes: number;
  readonly partialChannels: number;
  readonly edgeNormalization: boolean;
  readonly stemStride: 1 | 2;
  readonly numTrainImages: number;
  readonly numValidationImages: number;
  readonly epochs: number;
  readonly warmupFraction: number;
  readonly batchSize: number;
  readonly order: "first" | "unrolled";
  readonly alphaTemperature: number;
  readonly sampling: "mixed" | "single-path";
  readonly upperLoss: "kd" | "feature";
  readonly useTeacher: boolean;
  readonly loss: {
    readonly terms: { readonly feature: number; readonly soft: number; readonly hard: number };
    readonly temperature: number;
    readonly labelSmoothing: number;
  };
  readonly weights: {
    readonly peakLearningRate: number;
    readonly momentum: number;
    readonly weightDecay: number;
    readonly clipNorm: number;
  };
  readonly alpha: {
    /** By default 3 / number of alpha steps, so that a parameter can move by 3 in all. */
    readonly learningRate?: number | undefined;
    readonly beta1: number;
    readonly weightDecay: number;
  };
  readonly complexity: {
    readonly weight: number;
    readonly measure: "macs" | "params" | "mix";
    readonly targetMacs?: number | undefined;
    readonly normalization: "none" | "task-gradient";
  };
  readonly entropy: { readonly weight: number; readonly startFraction: number };
  readonly auxiliarySkip: boolean;
  readonly pruning: { readonly atFraction: number; readonly keepFraction: number };
  readonly maxSkips: number;
  readonly student: SearchStudentConfig;
}

/** One more search: the base with some keys changed. */
export interface SearchVariant {
  /** Short and unique: `"weight-0.2"`; the trace is `kdl-<id>`. */
  readonly id: string;
  readonly label?: string | undefined;
  /** Added to the seed of the run, 0 if left out. */
  readonly seed?: number | undefined;
  /** Whether its genotypes are candidates of the selection, and its time counts there; true if left out. */
  readonly proposes?: boolean | undefined;
  /** Keys of {@link ProposalConfig} with other values: `{ complexity: { weight: 0.2 } }`. */
  readonly overrides?: Readonly<Record<string, unknown>> | undefined;
}

/** The `search` part of an experiment. */
export interface SearchConfig extends ProposalConfig, SelectionPart {
  readonly variants: readonly SearchVariant[];
}

const proposalFields = {
  primitives: z
    .union([z.enum(["k7", "darts8"]), z.array(z.string().min(1)).min(1), z.string().min(1)])
    .default("k7")
    .describe("candidates of an edge: a set, a list of known names, or a module that exports `primitives`"),
  channels: count("channels of a cell node of the supernet before the first reduction").default(16),
  numCells: count("cells of the supernet", 3).default(5),
  numCellNodes: count("nodes of a cell").default(3),
  partialChannels: count("K: primitives see 1/K of the channels, the others pass by").default(2),
  edgeNormalization: z.boolean().default(true).describe("edges into a node compete by a softmax over beta"),
  stemStride: strideSchema("stride of the supernet's first convolution"),
  numTrainImages: count("training images of the weights, the first half").default(3000),
  numValidationImages: count("training images of alpha, the other half; none is in both").default(3000),
  epochs: count("passes over the first half").default(10),
  warmupFraction: fraction("share of the epochs in which alpha rests").default(0.3),
  batchSize: count("images per step and half").default(64),
  order: z
    .enum(["first", "unrolled"])
    .default("first")
    .describe("alpha's gradient at the weights as they are, or after one step of theirs (second order)"),
  alphaTemperature: positive("T of softmax(alpha / T): below 1 sharper").default(1),
  sampling: z
    .enum(["mixed", "single-path"])
    .default("mixed")
    .describe("all primitives weighted, or one drawn for each edge and step (Gumbel, straight-through)"),
  upperLoss: z
    .enum(["kd", "feature"])
    .default("kd")
    .describe("what alpha minimises: the whole distillation loss, or its embedding term alone"),
  useTeacher: z.boolean().default(true).describe("false: cross entropy with the labels at both levels"),
  loss: z
    .strictObject({
      terms: z
        .strictObject({
          feature: weight("mean squared error to the teacher's standardised embedding").default(1),
          soft: weight("T^2 KL to the teacher's standardised answer").default(1),
          hard: weight("what the truth says").default(0.3),
        })
        .prefault({})
        .describe("weight of each term of the loss"),
      temperature: positive("temperature T of the soft term").default(2),
      labelSmoothing: fraction("share of the target spread over all answers in the hard term").default(0.1),
    })
    .prefault({})
    .describe("what both levels minimise"),
  weights: z
    .strictObject({
      peakLearningRate: positive("first rate of the cosine schedule").default(0.05),
      momentum: fraction("momentum of SGD").default(0.9),
      weightDecay: weight("weight decay, as a share of the weight added to its gradient").default(3e-4),
      clipNorm: positive("largest norm of all gradients of a step together").default(5),
    })
    .prefault({})
    .describe("how the weights are trained"),
  alpha: z
    .strictObject({
      learningRate: positive("rate of Adam; by default 3 / number of alpha steps").optional(),
      beta1: fraction("decay of Adam's mean of gradients").default(0.5),
      weightDecay: weight("share of alpha added to its gradient").default(1e-3),
    })
    .prefault({})
    .describe("how alpha and beta are trained"),
  complexity: z
    .strictObject({
      weight: weight("weight of ln(E[C] / C_ref) in alpha's loss").default(0.05),
      measure: z
        .enum(["macs", "params", "mix"])
        .default("macs")
        .describe("what C counts; mix is the mean of both relative to those at uniform alpha"),
      targetMacs: positive("MACs that the weight is adapted to, once an epoch; else it is fixed").optional(),
      normalization: z
        .enum(["none", "task-gradient"])
        .default("none")
        .describe("task-gradient: the penalty's gradient has `weight` times the norm of the task's"),
    })
    .prefault({})
    .describe("the price of an architecture"),
  entropy: z
    .strictObject({
      weight: weight("weight of the mean entropy of the edges in alpha's loss at the end").default(0.05),
      startFraction: fraction("share of the epochs without it; then it rises linearly").default(0.6),
    })
    .prefault({})
    .describe("drives alpha to decide late in the search"),
  auxiliarySkip: z
    .boolean()
    .default(true)
    .describe("adds a skip beside each mixed op that decays linearly to 0"),
  pruning: z
    .strictObject({
      atFraction: positive("share of the epochs before it; 1 never prunes").max(1).default(0.5),
      keepFraction: positive("share of the primitives of each edge that stay").max(1).default(0.5),
    })
    .prefault({})
    .describe("the weakest primitives leave the supernet"),
  maxSkips: count("skips that a normal cell may keep", 0).default(2),
  student: z
    .strictObject({
      channels: count("channels of a cell node of the student before the first reduction").default(16),
      numCells: count("cells of the student", 3).default(5),
      stemStride: strideSchema("stride of the student's first convolution"),
      targetMacs: positive("MACs at which architectures are compared").default(14e6),
    })
    .prefault({})
    .describe("the networks that genotypes become"),
};

/** Validates the part of the section that decides one search. */
export const proposalSchema: z.ZodType<ProposalConfig> = z
  .strictObject(proposalFields)
  .check(checkRules(proposalRulesBrokenBy));

/** Validates the `search` part of an experiment. */
export const searchConfigSchema: z.ZodType<SearchConfig, Written<SearchConfig>> = z
  .strictObject({
    ...proposalFields,
    ...selectionFields,
    variants: z
      .array(
        z.strictObject({
          id: z
            .string()
            .regex(/^[a-z0-9][a-z0-9.-]*$/)
            .describe("short name, unique in the list"),
          label: z.string().min(1).describe("name in tables and charts").optional(),
          seed: count("added to the seed of the run; 0 if left out", 0).optional(),
          proposes: z
            .boolean()
            .describe("whether its genotypes are candidates of the selection, true if left out")
            .optional(),
          overrides: z
            .record(z.string(), z.unknown())
            .describe("keys of the search with other values")
            .optional(),
        }),
      )
      .default([])
      .describe("further searches: other weights, seeds, options"),
  })
  .check(checkRules(searchRulesBrokenBy))
  .describe("differentiable architecture search with distillation, and the selection among its proposals");

/** The base with the keys of a variant changed: nested keys are merged, lists replaced. */
export function proposalOf(base: ProposalConfig, overrides: object): ProposalConfig {
  return proposalSchema.parse(mergedKeys(proposalPart(base), overrides));
}

/** The part of the section that decides one search. */
export function proposalPart(config: ProposalConfig): ProposalConfig {
  const names = new Set(Object.keys(proposalFields));
  const entries = Object.entries(config).filter(([name]) => names.has(name));
  return proposalSchema.parse(Object.fromEntries(entries));
}

function mergedKeys(base: object, overrides: object): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(overrides)) {
    const old = merged[name];
    merged[name] = isSection(old) && isSection(value) ? mergedKeys(old, value) : (value as unknown);
  }
  return merged;
}

function isSection(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function strideSchema(description: string): z.ZodDefault<z.ZodType<1 | 2, 1 | 2>> {
  return z
    .union([z.literal(1), z.literal(2)])
    .describe(description)
    .default(2);
}

function* proposalRulesBrokenBy(search: ProposalConfig): Generator<BrokenRule, void, undefined> {
  const { channels, partialChannels, primitives } = search;
  yield* withoutTerms(["loss", "terms"], search.loss.terms);
  if (typeof primitives !== "string") yield* notASet(["primitives"], primitives);
  if (channels % partialChannels !== 0) {
    const hint = "primitives see channels / partialChannels of the channels";
    yield { path: ["partialChannels"], expected: `a divisor of ${channels}`, actual: partialChannels, hint };
  }
}

function* searchRulesBrokenBy(search: SearchConfig): Generator<BrokenRule, void, undefined> {
  const ofBase = [...proposalRulesBrokenBy(search)];
  yield* ofBase;
  const { variants } = search;
  const ids = variants.map(({ id }) => id);
  for (const [index, { id, overrides = {} }] of variants.entries()) {
    if (ids.indexOf(id) < index) {
      yield { path: ["variants", index, "id"], expected: "an id of its own", actual: id, hint: "rename it" };
    }
    if (ofBase.length > 0) continue;
    const parsed = proposalSchema.safeParse(mergedKeys(proposalPart(search), overrides));
    if (parsed.success) continue;
    const [issue] = parsed.error.issues;
    const path = ["variants", index, "overrides"];
    const hint = issue?.path.join(".") ?? "overrides";
    yield { path, expected: "keys and values of the search section", actual: issue?.message, hint };
  }
}
