/**
 * What stands between the slow path and controllers, whichever way they are connected: packet-ins at a limited rate, fair to the ports that they come
 * from.
 */
@NullMarked
package dev.turnout.switchd.controller;

import org.jspecify.annotations.NullMarked;
