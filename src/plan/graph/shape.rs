//! What dependencies alone decide, whatever the statuses: who depends on whom, in both
//! directions, circles, and the lengths of chains. Never changed once derived, and so shared
//! between copies of a plan.

use super::Node;
use crate::document::parallel::join;
use crate::plan::index_steps::SHARE;

/// In a list of numbers: none.
const NONE: u32 = u32::MAX;

/// Adjacency in two flat lists: the neighbours of `n` are `targets[starts[n]..starts[n + 1]]`.
#[derive(Debug)]
pub(super) struct Edges {
    starts: Vec<u32>,
    targets: Vec<u32>,
}

impl Default for Edges {
    fn default() -> Self {
        Self {
            starts: vec![0],
            targets: Vec::new(),
        }
    }
}

impl Edges {
    pub fn nodes(&self) -> usize {
        self.starts.len() - 1
    }

    pub fn of(&self, node: usize) -> &[u32] {
        &self.targets[self.range(node)]
    }

    pub fn range(&self, node: usize) -> std::ops::Range<usize> {
        self.starts[node] as usize..self.starts[node + 1] as usize
    }

    /// Makes room for so many nodes and edges more.
    pub fn reserve(&mut self, nodes: usize, edges: usize) {
        self.starts.reserve_exact(nodes);
        self.targets.reserve_exact(edges);
    }

    /// Adds the neighbours of the next node.
    pub fn push(&mut self, targets: &[u32]) {
        self.targets.extend_from_slice(targets);
        let end = u32::try_from(self.targets.len()).unwrap_or(NONE);
        self.starts.push(end);
    }

    /// The same with other neighbours for some nodes, which are in ascending order.
    pub fn with(&self, changed: &[(usize, Node)]) -> Self {
        let mut edges = Self {
            starts: Vec::with_capacity(self.starts.len()),
            targets: Vec::with_capacity(self.targets.len()),
        };
        edges.starts.push(0);
        let mut changed = changed.iter().peekable();
        for node in 0..self.nodes() {
            match changed.next_if(|(step, _)| *step == node) {
                Some((_, changed)) => edges.push(&changed.upstream),
                None => edges.push(self.of(node)),
            }
        }
        edges
    }

    fn reversed(&self) -> Self {
        let nodes = self.nodes();
        let mut starts = vec![0u32; nodes + 1];
        for target in &self.targets {
            starts[*target as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        // Each start is moved to its end while the targets are filled in, which is the start
        // of the next: so all of them are moved back by one afterwards.
        let mut targets = vec![0; self.targets.len()];
        for node in 0..nodes {
            for target in self.of(node) {
                let slot = &mut starts[*target as usize];
                targets[*slot as usize] = u32::try_from(node).unwrap_or(NONE);
                *slot += 1;
            }
        }
        starts.copy_within(0..nodes, 1);
        starts[0] = 0;
        Self { starts, targets }
    }

    /// Whether every step depends only on steps before it, so that its place in the plan is
    /// its place in an order of work.
    fn is_in_order(&self) -> bool {
        (0..self.nodes()).all(|node| self.of(node).iter().all(|up| (*up as usize) < node))
    }
}

/// What dependencies alone decide.
#[derive(Debug, Default)]
pub(super) struct GraphShape {
    pub upstream: Edges,
    pub downstream: Edges,
    /// The number of a step's cycle, or [`NONE`]; no entry at all where there are no cycles.
    cycle_of: Vec<u32>,
    pub cycles: Vec<Vec<u32>>,
    pub height: Vec<u32>,
    pub depth: Vec<u32>,
}

impl GraphShape {
    pub fn of(upstream: Edges) -> Self {
        let nodes = upstream.nodes();
        let last = u32::try_from(nodes).unwrap_or(NONE);
        let is_long = nodes >= SHARE;
        let mut shape = Self {
            upstream,
            ..Self::default()
        };
        if shape.upstream.is_in_order() {
            let (height, (downstream, depth)) = join(
                is_long,
                || shape.longest(0..last, &shape.upstream),
                || {
                    let downstream = shape.upstream.reversed();
                    let depth = shape.longest((0..last).rev(), &downstream);
                    (downstream, depth)
                },
            );
            (shape.height, shape.downstream, shape.depth) = (height, downstream, depth);
            return shape;
        }
        shape.downstream = shape.upstream.reversed();
        let mut order = shape.order();
        if order.len() < nodes {
            let (cycle_of, cycles) = cycles(&shape.upstream, &order);
            (shape.cycle_of, shape.cycles) = (cycle_of, cycles);
            order = shape.order();
        }
        let (height, depth) = join(
            is_long,
            || shape.longest(order.iter().copied(), &shape.upstream),
            || shape.longest(order.iter().rev().copied(), &shape.downstream),
        );
        (shape.height, shape.depth) = (height, depth);
        shape
    }

    pub fn cycle_of(&self, step: usize) -> Option<u32> {
        let cycle = self.cycle_of.get(step).copied();
        cycle.filter(|cycle| *cycle != NONE)
    }

    pub fn same_cycle(&self, a: usize, b: usize) -> bool {
        let cycle = self.cycle_of(a);
        cycle.is_some() && cycle == self.cycle_of(b)
    }

    /// Every node after all it depends on, edges within a known cycle left out; without those
    /// that no such order reaches.
    fn order(&self) -> Vec<u32> {
        let nodes = self.upstream.nodes();
        let counted = |a: usize, b: u32| !self.same_cycle(a, b as usize);
        let mut missing: Vec<u32> = (0..nodes)
            .map(|node| {
                let upstream = self.upstream.of(node).iter();
                upstream.filter(|up| counted(node, **up)).count() as u32
            })
            .collect();
        let mut order: Vec<u32> = Vec::with_capacity(nodes);
        order.extend((0..nodes as u32).filter(|n| missing[*n as usize] == 0));
        let mut next = 0;
        while let Some(&node) = order.get(next) {
            next += 1;
            for target in self.downstream.of(node as usize) {
                if counted(node as usize, *target) {
                    missing[*target as usize] -= 1;
                    if missing[*target as usize] == 0 {
                        order.push(*target);
                    }
                }
            }
        }
        order
    }

    /// Nodes on the longest way along `edges` from each node, itself included; `order` has
    /// every node after its neighbours.
    fn longest(&self, order: impl Iterator<Item = u32>, edges: &Edges) -> Vec<u32> {
        let mut lengths = vec![1; edges.nodes()];
        for node in order {
            let node = node as usize;
            let mut longest = 1;
            for next in edges.of(node) {
                if !self.same_cycle(node, *next as usize) {
                    longest = longest.max(lengths[*next as usize] + 1);
                }
            }
            lengths[node] = longest;
        }
        lengths
    }
}

/// Tarjan's strongly connected components with an explicit stack; only those that are
/// cycles are kept, each in ascending order. The nodes of `ordered` are known to be in none.
fn cycles(edges: &Edges, ordered: &[u32]) -> (Vec<u32>, Vec<Vec<u32>>) {
    const UNSEEN: u32 = u32::MAX;
    let count = edges.nodes();
    let (mut index, mut low) = (vec![UNSEEN; count], vec![0u32; count]);
    for node in ordered {
        index[*node as usize] = 0;
    }
    let mut on_stack = vec![false; count];
    let (mut stack, mut work): (Vec<u32>, Vec<(u32, u32)>) = (Vec::new(), Vec::new());
    let mut cycles: Vec<Vec<u32>> = Vec::new();
    let mut next_index = 0;
    for root in 0..count {
        if index[root] != UNSEEN {
            continue;
        }
        work.push((root as u32, 0));
        while let Some((node, edge)) = work.pop() {
            let at = node as usize;
            if edge == 0 {
                index[at] = next_index;
                low[at] = next_index;
                next_index += 1;
                stack.push(node);
                on_stack[at] = true;
            }
            let neighbours = edges.of(at);
            if let Some(next) = neighbours.get(edge as usize) {
                work.push((node, edge + 1));
                let next_at = *next as usize;
                if index[next_at] == UNSEEN {
                    work.push((*next, 0));
                } else if on_stack[next_at] {
                    low[at] = low[at].min(index[next_at]);
                }
                continue;
            }
            if let Some((parent, _)) = work.last() {
                let parent = *parent as usize;
                low[parent] = low[parent].min(low[at]);
            }
            if low[at] == index[at] {
                let from = stack.iter().rposition(|n| *n == node).unwrap_or(0);
                let mut group = stack.split_off(from);
                for member in &group {
                    on_stack[*member as usize] = false;
                }
                if group.len() > 1 || neighbours.contains(&node) {
                    group.sort_unstable();
                    cycles.push(group);
                }
            }
        }
    }
    cycles.sort();
    let mut cycle_of = vec![NONE; count];
    for (number, group) in cycles.iter().enumerate() {
        for member in group {
            cycle_of[*member as usize] = number as u32;
        }
    }
    (cycle_of, cycles)
}
