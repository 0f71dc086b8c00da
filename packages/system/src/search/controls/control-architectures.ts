// SPDX-License-Identifier: Apache-2.0
import type { SizedStudent } from "./equal-macs.ts";
import { cellsStudent, handMadeAtMacs, handMadeLadder } from "./equal-macs.ts";
import type { Architecture, SearchTrace } from "../search-results.ts";
import { atEqualMacs } from "../select/pools.ts";
import type { SearchRequest, StudySetting } from "../study-setting.ts";

/** What each search derives at its end, without selection, at equal MACs. */
export function derivedArchitectures(setting: StudySetting): Architecture[] {
  return setting.searches.map(({ request, trace }) =>
    atEqualMacs(trace.genotype, setting, derivedBy(request, trace)),
  );
}

/** What searches with different prices of complexity derive, at equal channels: there the price shows. */
export function pricedArchitectures(setting: StudySetting): Architecture[] {
  const { channels } = setting.search.pareto;
  return setting.searches
    .filter(({ request }) => request.isPriced)
    .map(({ request, trace }) => {
      const names = derivedBy(request, trace);
      return {
        ...names,
        id: `${names.id}-c${channels}`,
        label: `${names.label}, ${channels} channels`,
        ...cellsStudent(trace.genotype, channels, setting.sizes),
        genotype: trace.genotype,
        latencyMs: null,
        oneShot: null,
      };
    });
}

function derivedBy(
  { id, label, origin }: SearchRequest,
  { epochs }: SearchTrace,
): Pick<Architecture, "id" | "label" | "origin" | "proposedBy"> {
  return { id, label, origin, proposedBy: { trace: id, epoch: epochs.at(-1)!.epoch } };
}

/** The hand-made networks, residual and plain, at equal MACs. */
export function handMadeArchitectures({ sizes }: Pick<StudySetting, "sizes">): Architecture[] {
  return [true, false].map((residual) =>
    handMade(handMadeAtMacs(sizes.targetMacs, { ...sizes, residual }), residual, "equal MACs"),
  );
}

/**
 * Architectures with their latencies, and the hand-made networks that take as long as the one chosen. Which networks
 * these two controls are depends on the machine; nothing else in a study does.
 */
export async function withLatencies(
  architectures: readonly Architecture[],
  chosen: string,
  { sizes, measureLatencies }: StudySetting,
): Promise<Architecture[]> {
  const ladder = handMadeLadder(sizes.targetMacs, { ...sizes, residual: true });
  const students = [...architectures, ...ladder].map(({ student }) => student);
  const latencies = await measureLatencies(students);
  const timed = architectures.map((architecture, index) => ({
    ...architecture,
    latencyMs: latencies[index]!,
  }));
  const { latencyMs: wanted } = timed.find(({ id }) => id === chosen)!;
  const ofLadder = latencies.slice(architectures.length);
  const rung = nearestIndex(ofLadder, wanted);
  return [
    ...timed,
    ...[true, false].map((residual) => ({
      ...handMade(withResidual(ladder[rung]!, residual), residual, "equal latency"),
      // The additions, which the plain one leaves out, are too little to be measured.
      latencyMs: ofLadder[rung]!,
    })),
  ];
}

function handMade(
  sized: SizedStudent,
  residual: boolean,
  equal: "equal MACs" | "equal latency",
): Architecture {
  const origin = residual ? "residual-cnn" : "plain-cnn";
  return {
    id: equal === "equal MACs" ? origin : `${origin}-latency`,
    label: `${residual ? "Residual" : "Plain"} CNN, ${equal}`,
    origin,
    genotype: null,
    ...sized,
    latencyMs: null,
    proposedBy: null,
    oneShot: null,
  };
}

function withResidual(sized: SizedStudent, residual: boolean): SizedStudent {
  return { ...sized, student: { ...sized.student, residual } };
}

function nearestIndex(values: readonly number[], wanted: number): number {
  const distances = values.map((value) => Math.abs(value - wanted));
  return distances.indexOf(Math.min(...distances));
}
