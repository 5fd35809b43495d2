// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package validation holds the rules of Gardener's kinds: what an object may say, what an update may change, and what a
// Shoot may ask of its profile, seed, project and quotas.
//
// Each kind has a function of its name for the rules that need nothing but the object, and one that ends in Update for those
// that need the object it was. What needs other objects is a function of these objects. Everything is given as values,
// the time included; nothing is looked up.
//
// Errors name the field as a user writes it, are of the kind that Gardener reports, and say what to do instead. Rules follow
// sections 2, 3, 5, 6, 7, 10, 11, 15, 16, 17 and 21 of the behaviour that is followed here. Two things are different on
// purpose: an update is not refused for what the object said before under older rules, and what needs a profile is checked
// only where the update changes it, so that a profile can move on while Shoots stay.
//
// Objects are expected to have their defaults.
package validation
