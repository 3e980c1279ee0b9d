// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// A contract account that refuses ether, to practise a payout that cannot be made.
contract RefusingWallet {
    receive() external payable {
        revert("no ether, please");
    }
}
