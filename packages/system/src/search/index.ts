// SPDX-License-Identifier: Apache-2.0
export { cellEdges, edgeIndex } from "./cell-edges.ts";
export type { CellEdge } from "./cell-edges.ts";
export { cellPlans } from "./cell-plan.ts";
export type { CellNetworkOptions, CellPlan } from "./cell-plan.ts";
export { genotypeCost, spaceCost, totalCost } from "./cost.ts";
export type { CellCost, CostOptions, SpaceCost } from "./cost.ts";
export { deriveGenotype } from "./derive-genotype.ts";
export type { CellStrengths, DeriveOptions } from "./derive-genotype.ts";
export { DerivedNetwork } from "./derived-network.ts";
export type { DerivedNetworkOptions } from "./derived-network.ts";
export { formatGenotype, parseGenotype } from "./genotype.ts";
export type { CellGenotype, Genotype, GenotypeEdge } from "./genotype.ts";
export { darts8, k7, knownPrimitives, primitiveNamed, primitiveSet } from "./primitive-sets.ts";
export type { PrimitiveSet } from "./primitive-sets.ts";
export { FINAL_NORM, SEARCH_NORM } from "./primitives/primitive.ts";
export type { Cost, EdgeInput, NormPolicy, Primitive } from "./primitives/primitive.ts";
export { Supernet } from "./supernet.ts";
export type { SupernetOptions } from "./supernet.ts";
