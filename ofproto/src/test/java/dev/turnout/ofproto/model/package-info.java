/**
 * A naive OpenFlow switch to test the real one against: no caches, no masks, no classifier, linear search, bytes changed one field at a time. It
 * shares nothing with the translator but the field registry and OpenFlow's records. Beside it: random pipelines, packets made from keys, and a
 * naive datapath that executes datapath actions on bytes.
 */
@NullMarked
package dev.turnout.ofproto.model;

import org.jspecify.annotations.NullMarked;
