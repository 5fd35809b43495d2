// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Command bench measures hosted control planes on the seed that `make up` started, whose state folder KUBECEPTION_SEED
// names: how long they take compared with etcd and kube-apiserver started by hand in the same run, where that time
// goes, what memory and processor time they use, and what is written to the seed's API server while nothing changes.
//
// BENCH_SIZES are the numbers of clusters that are created at once (default 1,5,10), BENCH_MACHINES the numbers of
// machines that are added at once to a cluster that has one (default 1,3), each "none" to leave it out; BENCH_REPEAT is
// how often (default 3), BENCH_LIMIT how long the clusters may take (default 25m): repetitions that would not fit are left
// out. The results are printed and written to bench.json and bench.md in the folder ARTIFACTS. Nothing is asserted.
package main
